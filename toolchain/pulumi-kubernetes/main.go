// Pulumi's Kubernetes plugin as its own repository builds it, but for the schema: that is only asked for by code generators
// and by imports of objects that no program declares, and would have to be taken from a folder that is no Go package.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// Set at link time.
var version string

func main() {
	provider.Serve("kubernetes", version, []byte("{}"), []byte("{}"))
}
