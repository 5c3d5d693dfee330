export interface EnvironmentOptions {
  kubeconfig: string;
  /** Folder that has kubectl. */
  toolsFolder: string;
  /** Folder that has kubectl's plugin. */
  pluginFolder: string;
  /** Undefined while the platform has no address yet. */
  url: string | undefined;
}

/** Lines that a POSIX shell evaluates. */
export function renderEnvironment({
  kubeconfig,
  toolsFolder,
  pluginFolder,
  url,
}: EnvironmentOptions): string {
  return [
    `export KUBECONFIG="${escape(kubeconfig)}"`,
    `export PATH="${escape(toolsFolder)}:${escape(pluginFolder)}:$PATH"`,
    ...(url === undefined ? [] : [`export CHATPLATFORM_URL="${escape(url)}"`]),
  ].join('\n');
}

/** What has a meaning to the shell between double quotes. */
function escape(text: string): string {
  return text.replace(/[\\"$`]/g, '\\$&');
}
