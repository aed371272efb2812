"""What the record of an appeal is made of: texts, editions, and the records that a process keeps."""
