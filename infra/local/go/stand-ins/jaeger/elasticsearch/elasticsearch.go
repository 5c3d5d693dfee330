// Package elasticsearch stands in for the Elasticsearch client when Jaeger is compiled for the embedded node, whose traces
// stay in memory: the client is half of Jaeger's compile. It has what Jaeger names of it, and refuses to connect.
package elasticsearch

import (
	"errors"
	"net/http"

	"github.com/elastic/go-elasticsearch/v9/esapi"
)

// Config holds what Jaeger sets of the client's options.
type Config struct {
	Addresses            []string
	Username             string
	Password             string
	Header               http.Header
	Transport            http.RoundTripper
	DiscoverNodesOnStart bool
	CompressRequestBody  bool
}

// Client holds what Jaeger calls of the client.
type Client struct {
	Indices *esapi.Indices
}

// NewClient always fails.
func NewClient(Config) (*Client, error) {
	return nil, errors.New("this Jaeger was compiled without the client of Elasticsearch 8 and 9")
}
