-- Steps that are to be cancelled while the rest of their run goes on: a StepCancels message; null for none.
alter table runs add column step_cancels bytea;
