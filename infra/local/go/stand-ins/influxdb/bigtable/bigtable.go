// Package bigtable stands in for the client of Google Bigtable when InfluxDB is compiled for the embedded node: without it,
// Flux's bigtable.from says that it is not there.
package bigtable

import (
	"context"
	"errors"
	"time"
)

var errAbsent = errors.New("this InfluxDB was compiled without the client of Bigtable")

// What Flux names of a client and of what it reads.
type (
	Client     struct{}
	Table      struct{}
	Filter     any
	ReadOption any
	RowSet     any
	RowRange   struct{}
	Row        map[string][]ReadItem
	Timestamp  int64
	ReadItem   struct {
		Row, Column string
		Timestamp   Timestamp
		Value       []byte
	}
)

// NewClient always fails.
func NewClient[Option any](context.Context, string, string, ...Option) (*Client, error) {
	return nil, errAbsent
}

func (*Client) Open(string) *Table { return &Table{} }
func (*Client) Close() error       { return nil }

// ReadRows always fails.
func (*Table) ReadRows(context.Context, RowSet, func(Row) bool, ...ReadOption) error {
	return errAbsent
}

func (Row) Key() string           { return "" }
func (Timestamp) Time() time.Time { return time.Time{} }

func RowFilter(Filter) ReadOption                      { return nil }
func LimitRows(int64) ReadOption                       { return nil }
func PassAllFilter() Filter                            { return nil }
func ChainFilters(...Filter) Filter                    { return nil }
func FamilyFilter(string) Filter                       { return nil }
func TimestampRangeFilter(time.Time, time.Time) Filter { return nil }
func SingleRow(string) RowSet                          { return nil }
func InfiniteRange(string) RowRange                    { return RowRange{} }
func NewRange(string, string) RowRange                 { return RowRange{} }
func PrefixRange(string) RowRange                      { return RowRange{} }
