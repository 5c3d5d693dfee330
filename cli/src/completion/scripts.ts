export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROGRAM = 'kubectl-chatplatform';

/** What a shell evaluates. All three ask the program itself, so that they never fall behind it. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of ${PROGRAM}
_kubectl_chatplatform() {
  local word words
  words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    case $word in :*) ;; ?*) COMPREPLY+=("$word") ;; esac
  done < <(${PROGRAM} __complete "\${words[@]}" 2>/dev/null)
}
complete -o default -F _kubectl_chatplatform ${PROGRAM}
`,
  zsh: `#compdef ${PROGRAM}
_kubectl_chatplatform() {
  local word text
  local -a found
  while IFS=$'\\t' read -r word text; do
    case $word in :*) ;; ?*) found+=("\${word//:/\\\\:}:$text") ;; esac
  done < <(${PROGRAM} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'chatplatform' found
}
compdef _kubectl_chatplatform ${PROGRAM}
`,
  fish: `# fish completion of ${PROGRAM}
function __kubectl_chatplatform_complete
  set -l words (commandline -opc) (commandline -ct)
  ${PROGRAM} __complete $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c ${PROGRAM} -f -a '(__kubectl_chatplatform_complete)'
`,
};
