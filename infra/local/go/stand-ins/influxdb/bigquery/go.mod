module github.com/bonitoo-io/go-sql-bigquery

go 1.17
