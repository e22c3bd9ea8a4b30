// A real Vault that keeps everything in memory, with the engines that the project's tests need and no others. The full
// command does not build as a dependency; what it is made of does.
//
//	vault-dev-server ADDRESS ROOT_TOKEN_FILE
//
// writes the root token to the file, readable by its owner alone, and serves plain HTTP on the address until it is ended.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/hashicorp/go-hclog"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: vault-dev-server ADDRESS ROOT_TOKEN_FILE"))
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func run(address, tokenFile string) error {
	core, err := newCore()
	if err != nil {
		return err
	}
	token, err := unseal(core)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if err := os.WriteFile(tokenFile, []byte(token), 0o600); err != nil {
		return err
	}
	properties := &vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}}
	return http.Serve(listener, vaulthttp.Handler.Handler(properties))
}

func newCore() (*vault.Core, error) {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, err
	}
	return vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		BuiltinRegistry:    engines{},
		LogicalBackends:    factories(consts.PluginTypeSecrets),
		CredentialBackends: factories(consts.PluginTypeCredential),
	})
}

// The token that may do everything, of a Vault whose one key nobody keeps: it is gone with the process.
func unseal(core *vault.Core) (string, error) {
	oneShare := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	result, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: oneShare, RecoveryConfig: oneShare})
	if err != nil {
		return "", err
	}
	for _, share := range result.SecretShares {
		if _, err := core.Unseal(vault.TestKeyCopy(share)); err != nil {
			return "", err
		}
	}
	return result.RootToken, nil
}
