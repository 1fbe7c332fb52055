create table second(id int primary key);
insert into second values (1);
