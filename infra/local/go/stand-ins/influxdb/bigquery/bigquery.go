// Package bigquery stands in for the driver of Google BigQuery, which registers itself with database/sql, when InfluxDB is
// compiled for the embedded node: without it, Flux's sql.from refuses the driver.
package bigquery

import "errors"

// Config holds what Flux reads of a connection.
type Config struct {
	ProjectID string
	Location  string
}

// ConfigFromConnString always fails.
func ConfigFromConnString(string) (*Config, error) {
	return nil, errors.New("this InfluxDB was compiled without the driver of BigQuery")
}
