package main

import (
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

// Vault's registry of what it has built in.
type engines struct{}

func factories(kind consts.PluginType) map[string]logical.Factory {
	switch kind {
	case consts.PluginTypeCredential:
		return map[string]logical.Factory{"userpass": userpass.Factory, "kubernetes": kubernetes.Factory}
	case consts.PluginTypeSecrets:
		return map[string]logical.Factory{"kv": kv.Factory}
	default:
		return nil
	}
}

func (engines) Contains(name string, kind consts.PluginType) bool {
	_, known := factories(kind)[name]
	return known
}

func (engines) Get(name string, kind consts.PluginType) (func() (interface{}, error), bool) {
	factory, known := factories(kind)[name]
	return func() (interface{}, error) { return factory, nil }, known
}

func (engines) Keys(kind consts.PluginType) []string {
	var names []string
	for name := range factories(kind) {
		names = append(names, name)
	}
	return names
}

func (engines) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, true
}

func (engines) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
