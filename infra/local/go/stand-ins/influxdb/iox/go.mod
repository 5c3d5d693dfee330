module github.com/influxdata/influxdb-iox-client-go

go 1.18
