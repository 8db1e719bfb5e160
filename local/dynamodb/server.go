package dynamodb

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Options say where a server comes from and where its tables are kept.
type Options struct {
	// Cache is the folder in which what is fetched is kept.
	Cache string
	// File is the SQLite file of the tables. Empty keeps them in memory. Two
	// servers must not share one.
	File string
	// InProcess starts minidyn without looking for anything better.
	InProcess bool
	// Progress, if not nil, is told about what takes a while and what is lacking.
	Progress func(format string, args ...any)
}

// Feature is a part of DynamoDB that an emulator may lack.
type Feature string

// The features that are known to be lacking somewhere.
const (
	TimeToLive  Feature = "time to live"
	ItemSize    Feature = "the limit of 400 kB for an item"
	Persistence Feature = "tables that outlive the process"
)

// Server is a running DynamoDB.
type Server struct {
	// Name and Version say what it is: dynoxide 1.2.1.
	Name, Version string
	// Lacks lists what it cannot do.
	Lacks []Feature
	// Handler hands a request on to it. There is no other way to it.
	Handler http.Handler

	stop func() error
}

// Start starts a server. It ends with Close, and at the latest with this
// process. The context bounds the start alone.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	if o.InProcess {
		return newMinidyn(o), nil
	}
	program, err := fetchDynoxide(ctx, o)
	if err == nil {
		return startDynoxide(ctx, o, program)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("start DynamoDB: %w", err)
	}
	s := newMinidyn(o)
	o.Progress("DynamoDB is %s %s, without %s, because of: %v", s.Name, s.Version, s.lacking(), err)
	return s, nil
}

// Close ends the server.
func (s *Server) Close() error { return s.stop() }

// Client returns a client of the server. Neither the region nor the keys matter to
// it, which knows no permissions.
func (s *Server) Client() *sdk.Client {
	return sdk.New(sdk.Options{
		BaseEndpoint: aws.String("http://" + host),
		HTTPClient:   &http.Client{Transport: inProcess{s.Handler}},
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

// once makes stopping twice the same as stopping once.
func once(stop func() error) func() error { return sync.OnceValue(stop) }

// lacking joins the features for people.
func (s *Server) lacking() string {
	names := make([]string, len(s.Lacks))
	for i, f := range s.Lacks {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}
