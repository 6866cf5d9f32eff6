export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell reads to complete our commands: it asks `sluice __complete`, so it never has to be made anew. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
  }
}

const BASH = String.raw`# Completion of sluice for bash. Once: source <(sluice completion bash)
# For good: sluice completion bash > ~/.local/share/bash-completion/completions/sluice
_sluice() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o default 2>/dev/null ;;
      :nothing) ;;
      *) COMPREPLY+=("${'$'}{line%%${'$'}'\t'*}") ;;
    esac
  done < <("${'$'}{COMP_WORDS[0]}" __complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _sluice sluice 2>/dev/null || complete -F _sluice sluice
`;

const ZSH = String.raw`#compdef sluice
# Completion of sluice for zsh. Once (after compinit): source <(sluice completion zsh)
# For good: sluice completion zsh > a file called _sluice in a folder of $fpath
_sluice() {
  local line value meaning files=0
  local -a found
  while IFS= read -r line; do
    case "$line" in
      :files) files=1 ;;
      :nothing) ;;
      *)
        value="${'$'}{line%%${'$'}'\t'*}" meaning="${'$'}{line#*${'$'}'\t'}"
        found+=("${'$'}{value//:/\\:}:$meaning")
        ;;
    esac
  done < <("${'$'}{words[1]}" __complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe sluice found
  (( files )) && _files
}
if [ "${'$'}{funcstack[1]}" = _sluice ]; then
  _sluice "$@"
else
  compdef _sluice sluice
fi
`;

const FISH = String.raw`# Completion of sluice for fish. Once: sluice completion fish | source
# For good: sluice completion fish > ~/.config/fish/completions/sluice.fish
function __sluice_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] "$typed" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$typed"
      case ':nothing'
      case '*'
        echo $line
    end
  end
end
complete -c sluice -f -a '(__sluice_complete)'
`;
