export interface EnvironmentOptions {
  kubeconfig: string;
  /** Folder that has kubectl. */
  toolsFolder: string;
  /** Undefined while the platform has no address yet. */
  url: string | undefined;
}

/** Lines that a POSIX shell evaluates. */
export function renderEnvironment({ kubeconfig, toolsFolder, url }: EnvironmentOptions): string {
  return [
    `export KUBECONFIG="${escape(kubeconfig)}"`,
    `export PATH="${escape(toolsFolder)}:$PATH"`,
    ...(url === undefined ? [] : [`export CHATPLATFORM_URL="${escape(url)}"`]),
  ].join('\n');
}

/** What has a meaning to the shell between double quotes. */
function escape(text: string): string {
  return text.replace(/[\\"$`]/g, '\\$&');
}
