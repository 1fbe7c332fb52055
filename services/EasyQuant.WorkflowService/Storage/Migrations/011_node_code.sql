-- Hash of the code that makes the definition; empty where nobody named one. A Runner whose definitions are stored does not send them again.
alter table node_definitions add column code_hash text not null default '';
