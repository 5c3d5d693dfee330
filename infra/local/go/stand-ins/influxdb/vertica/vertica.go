// Package vertigo stands in for the driver of Vertica, which registers itself with database/sql, when InfluxDB is compiled
// for the embedded node: without it, Flux's sql.from says that the driver is unknown.
package vertigo
