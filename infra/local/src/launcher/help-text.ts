export const helpText = `ChatPlatform on one machine.

usage: ./chatplatform COMMAND

  up [--context NAME]   brings up a cluster with a running ChatPlatform and says how to reach it; again: continues
                        NAME is a context of your kubeconfig; without it a kind cluster is used where Docker answers,
                        else a Kubernetes node is started on this machine (Debian or Ubuntu, root)
  status                shows what runs
  env                   prints shell lines that lead kubectl to the cluster: eval "$(./chatplatform env)"
  down [--purge]        takes everything away but what was downloaded or built; with --purge that too
  dev                   services, client and stores as plain processes that reload on change (no root, no cluster)
  test [SUITE...]       installs what the tests need and runs them
  bench                 measures
  version, help

environment:
  CHATPLATFORM_STATE    folder of the node's state (default /var/lib/chatplatform)
  CHATPLATFORM_CACHE    folder of what is downloaded and built (default ~/.cache/chatplatform; root: /var/cache/chatplatform)
`;
