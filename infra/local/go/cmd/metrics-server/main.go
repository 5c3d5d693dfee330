// Command metrics-server is upstream's, compiled with the libraries of this module's Kubernetes. Those name the models of
// OpenAPI documents as they stand in the documents; the release was generated for libraries that named them by Go path.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
)

func main() {
	os.Exit(cli.Run(newCommand(genericapiserver.SetupSignalHandler())))
}

func newCommand(stop <-chan struct{}) *cobra.Command {
	opts := options.NewOptions()
	command := &cobra.Command{
		Use:          "metrics-server",
		SilenceUsage: true,
		RunE:         func(*cobra.Command, []string) error { return run(opts, stop) },
	}
	for _, flags := range opts.Flags().FlagSets {
		command.Flags().AddFlagSet(flags)
	}
	return command
}

func run(opts *options.Options, stop <-chan struct{}) error {
	if errs := opts.Validate(); len(errs) > 0 {
		return errs[0]
	}
	config, err := opts.ServerConfig()
	if err != nil {
		return err
	}
	useModelNames(config.Apiserver)
	server, err := config.Complete()
	if err != nil {
		return fmt.Errorf("completing the configuration: %w", err)
	}
	return server.RunUntil(stop)
}

func useModelNames(config *genericapiserver.Config) {
	definitions := byModelName(openapi.GetOpenAPIDefinitions)
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	v2 := genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	v3 := genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	v2.Info, v3.Info = config.OpenAPIConfig.Info, config.OpenAPIV3Config.Info
	config.OpenAPIConfig, config.OpenAPIV3Config = v2, v3
}

func byModelName(get common.GetOpenAPIDefinitions) common.GetOpenAPIDefinitions {
	return func(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
		named := map[string]common.OpenAPIDefinition{}
		refByModelName := func(path string) spec.Ref { return ref(util.ToRESTFriendlyName(path)) }
		for path, definition := range get(refByModelName) {
			for i, dependency := range definition.Dependencies {
				definition.Dependencies[i] = util.ToRESTFriendlyName(dependency)
			}
			named[util.ToRESTFriendlyName(path)] = definition
		}
		return named
	}
}
