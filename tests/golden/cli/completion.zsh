#compdef aistack
# zsh completion for aistack; made by "aistack completion zsh"
_aistack_services() {
  local -a names=(${(f)"$(aistack catalog --names 2>/dev/null)"})
  compadd -a names
}

_aistack_profiles() {
  local -a names=(${(f)"$(aistack catalog --profiles 2>/dev/null)"})
  compadd -a names
}

_aistack() {
  local curcontext="$curcontext" command
  local -a line seconds commands=(
    'install:Install services and wait until they are green'
    'remove:Remove a service, its data only with --purge'
    'uninstall:Remove a service, its data only with --purge'
    'logs:Show what a service wrote'
    'catalog:List what can be installed'
    'models:list, download'
    'backup:Save the data of services'
    'gpu-run:Run a command that has the GPU for itself'
    'help:Explain aistack, or one command'
    'version:Print the version'
  )
  local -i at=2
  while (( at < CURRENT )) && [[ $words[at] == -* ]]; do
    [[ $words[at] == (--config|--lock-timeout) ]] && (( at += 1 ))
    (( at += 1 ))
  done
  if (( at >= CURRENT )); then
    if [[ $words[CURRENT] == -* ]]; then
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]'
    else
      _describe command commands
    fi
    return
  fi
  command=$words[at]
  case "$command" in
    'catalog')
      seconds=(
        'show:Show one service'
      )
      ;;
    'models')
      seconds=(
        'list:List models'
        'download:Download a model'
      )
      ;;
  esac
  if (( $#seconds )); then
    if (( at + 1 < CURRENT )) && (( ${seconds[(I)$words[at+1]:*]} )); then
      command="$command $words[at+1]"
      (( at += 1 ))
    elif (( at + 1 == CURRENT )) && [[ $words[CURRENT] != -* ]]; then
      _describe command seconds
    fi
  fi
  # What follows sees the command as the first word.
  words=("$command" "${(@)words[at+1,-1]}")
  (( CURRENT -= at - 1 ))
  case "$command" in
    'install')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '*:What to install:_aistack_services' \
        '--profile[Install this set of services]:PROFILE:_aistack_profiles' \
        '-p[Install this set of services]:PROFILE:_aistack_profiles' \
        '--pull[When to pull images]:WHEN:(missing always never)' \
        '--timeout[Give up after this long]:TIME:' \
        '--no-wait[Do not wait for green]'
      ;;
    'remove'|'uninstall')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '1::What to remove:_aistack_services' \
        '--purge[Its volumes too]'
      ;;
    'logs')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '1::Whose lines:_aistack_services' \
        '2::How many:' \
        '--follow[Go on as new lines come]' \
        '-f[Go on as new lines come]' \
        '--timestamps[With times]' \
        '-t[With times]'
      ;;
    'catalog')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]'
      ;;
    'catalog show')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '1::Which one:_aistack_services'
      ;;
    'models list')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '1::Whose models:(ollama localai)'
      ;;
    'models download')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '1::Whose model:(ollama localai)' \
        '2::Its name:'
      ;;
    'backup')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '*:Which ones:_aistack_services' \
        '--output[Where to]:DIR:_files -/'
      ;;
    'gpu-run')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '--name[What others see]:NAME:' \
        '*::command:_normal'
      ;;
    'help')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]' \
        '*:What to explain:'
      ;;
    'version')
      _arguments -s \
        '--json[Print the answer as JSON]' \
        '--quiet[No progress and no notes]' \
        '-q[No progress and no notes]' \
        '--verbose[Say more]' \
        '-v[Say more]' \
        '--no-color[No colours (so does NO_COLOR)]' \
        '--yes[Answer every question with yes]' \
        '-y[Answer every question with yes]' \
        '--config[Read this configuration instead of the usual files]:FILE:_files' \
        '--lock-timeout[Wait this long for another aistack to finish (0)]:TIME:' \
        '--version[Print the version]' \
        '--help[Print this help, or that of a command]' \
        '-h[Print this help, or that of a command]'
      ;;
  esac
}

if [[ $funcstack[1] == _aistack ]]; then
  _aistack "$@"
else
  compdef _aistack aistack
fi
