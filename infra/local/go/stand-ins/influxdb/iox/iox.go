// Package influxdbiox stands in for the client of InfluxDB IOx, of which InfluxDB 2 uses no more than this name, when it is
// compiled for the embedded node.
package influxdbiox

type ColumnType int32
