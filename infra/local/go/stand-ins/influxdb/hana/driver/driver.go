// Package driver stands in for the driver of SAP HANA, which registers itself with database/sql, when InfluxDB is compiled
// for the embedded node: without it, Flux's sql.from says that the driver is unknown.
package driver

import (
	"errors"
	"math/big"
)

// Decimal is what Flux reads a column of this type into.
type Decimal big.Rat

// Scan always fails.
func (*Decimal) Scan(any) error {
	return errors.New("this InfluxDB was compiled without the driver of SAP HANA")
}
