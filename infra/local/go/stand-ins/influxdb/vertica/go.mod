module github.com/vertica/vertica-sql-go

go 1.18
