package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
)

// deployedFile is where serve says what is running.
const deployedFile = "deployed.json"

// serve starts the stack and keeps it up until ctx is done.
func (b *benchmark) serve(ctx context.Context, stdout io.Writer) error {
	m, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer b.close(m)
	// The file comes last: whoever waits for it finds everything ready.
	if err := b.dir.WriteJSON(deployedFile, m.stack); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "API           %s\nAWS endpoint  %s\nfunctions     %d, described in %s\n\n",
		m.stack.APIURL, m.stack.EndpointURL, len(m.stack.Functions), filepath.Join(b.dir.Path(), deployedFile))
	fmt.Fprintf(stdout, "  export AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me\n  aws lambda list-functions\n  go run ./loadgen -url %s\n\nCtrl-C ends it.\n",
		m.stack.EndpointURL, m.stack.Region, m.stack.APIURL)
	<-ctx.Done()
	return nil
}
