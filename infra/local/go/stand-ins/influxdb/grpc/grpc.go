// Package grpc stands in for gRPC, over which Flux's client of Bigtable speaks and nothing else does, when InfluxDB is
// compiled for the embedded node: that client is not there either.
package grpc

import (
	"context"
	"net"
)

type DialOption struct{}

func WithContextDialer(func(context.Context, string) (net.Conn, error)) DialOption {
	return DialOption{}
}
