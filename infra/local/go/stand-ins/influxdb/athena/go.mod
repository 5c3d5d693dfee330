module github.com/uber/athenadriver

go 1.17
