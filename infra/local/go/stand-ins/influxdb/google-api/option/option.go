// Package option stands in for the options of Google's clients, which Flux gives to its client of Bigtable, when InfluxDB is
// compiled for the embedded node: that client is not there either.
package option

type ClientOption struct{}

func WithCredentialsJSON([]byte) ClientOption { return ClientOption{} }
func WithGRPCDialOption(any) ClientOption     { return ClientOption{} }
