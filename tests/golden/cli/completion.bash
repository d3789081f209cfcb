# bash completion for aistack; made by "aistack completion bash"
# Not compgen -W, which expands its words: some come from files.
_aistack_words() {
  local word
  local -a list
  IFS=$' \n' read -rd '' -a list <<<"$1"
  COMPREPLY=()
  for word in "${list[@]}"; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}

_aistack_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_aistack() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="" command="" seconds="" options='--json --quiet -q --verbose -v --no-color --yes -y --config --lock-timeout --version --help -h'
  local word index=1 count=0 skip=0
  local -a words=()
  COMPREPLY=()
  # The shell breaks "--pull=always" into three words.
  if ((COMP_CWORD > 0)); then prev="${COMP_WORDS[COMP_CWORD - 1]}"; fi
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]] && ((COMP_CWORD > 1)); then
    prev="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((; index < COMP_CWORD; ++index)); do
    word="${COMP_WORDS[index]}"
    if ((skip)); then
      if [[ $word != "=" ]]; then skip=0; fi
      continue
    fi
    case "$word" in
    '--config'|'--lock-timeout'|'--profile'|'-p'|'--pull'|'--timeout'|'--output'|'--name') skip=1 ;;
    -*|=) ;;
    *) words+=("$word") ;;
    esac
  done
  command="${words[0]:-}"
  count=$((${#words[@]} > 0 ? ${#words[@]} - 1 : 0))
  case "$command" in
    'uninstall') command='remove' ;;
    *) ;;
  esac
  case "$command" in
    'catalog') seconds='show' ;;
    'models') seconds='list download' ;;
    *) ;;
  esac
  if ((count > 0)) && [[ " $seconds " == *" ${words[1]} "* ]]; then
    command="$command ${words[1]}"
    count=$((count - 1))
    seconds=""
  fi
  case "$command:$prev" in
    *:'--config') _aistack_files -f ;;
    *:'--lock-timeout') : ;;
    'install':'--profile'|'install':'-p') _aistack_words "$(aistack catalog --profiles 2>/dev/null)" ;;
    'install':'--pull') _aistack_words 'missing always never' ;;
    'install':'--timeout') : ;;
    'backup':'--output') _aistack_files -d ;;
    'gpu-run':'--name') : ;;
    *)
      case "$command" in
    'install') options+=" "'--profile -p --pull --timeout --no-wait' ;;
    'remove') options+=" "'--purge' ;;
    'logs') options+=" "'--follow -f --timestamps -t' ;;
    'backup') options+=" "'--output' ;;
    'gpu-run') options+=" "'--name' ;;
      *) ;;
      esac
      if [[ $cur == -* ]]; then
        _aistack_words "$options"
      elif [[ -z $command ]]; then
        _aistack_words 'install remove uninstall logs catalog models backup gpu-run help version'
      else
        case "$command:$count" in
    'install':*) _aistack_words "$(aistack catalog --names 2>/dev/null)" ;;
    'remove':0) _aistack_words "$(aistack catalog --names 2>/dev/null)" ;;
    'logs':0) _aistack_words "$(aistack catalog --names 2>/dev/null)" ;;
    'catalog show':0) _aistack_words "$(aistack catalog --names 2>/dev/null)" ;;
    'models list':0) _aistack_words 'ollama localai' ;;
    'models download':0) _aistack_words 'ollama localai' ;;
    'backup':*) _aistack_words "$(aistack catalog --names 2>/dev/null)" ;;
    'gpu-run':*) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
        *) ;;
        esac
        if ((count == 0)) && [[ -n $seconds ]]; then
          local -a first=("${COMPREPLY[@]}")
          _aistack_words "$seconds"
          COMPREPLY+=("${first[@]}")
        fi
      fi
      ;;
  esac
}
complete -F _aistack aistack
