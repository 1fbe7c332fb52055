-- Hash of the code that makes the definition (empty where nobody named one), then MD5 of the definition: a Workflow of before, which knows no hash,
-- may replace the definition and leave this. A Runner whose definitions are stored does not send them again.
alter table node_definitions add column code_hash text not null default '';
