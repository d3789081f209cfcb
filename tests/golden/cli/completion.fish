# fish completion for aistack; made by "aistack completion fish"
function __aistack_words
    commandline -opc | string match -v -- '-*'
end

function __aistack_is
    set -l words (__aistack_words)
    test (count $words) -ge 3; and test "$words[2]" = $argv[1]; and test "$words[3]" = $argv[2]
end

function __aistack_needs_second
    set -l words (__aistack_words)
    test (count $words) -eq 2; and test "$words[2]" = $argv[1]
end

complete -c aistack -f
complete -c aistack -l json -d 'Print the answer as JSON'
complete -c aistack -l quiet -s q -d 'No progress and no notes'
complete -c aistack -l verbose -s v -d 'Say more'
complete -c aistack -l no-color -d 'No colours (so does NO_COLOR)'
complete -c aistack -l yes -s y -d 'Answer every question with yes'
complete -c aistack -l config -r -F -d 'Read this configuration instead of the usual files'
complete -c aistack -l lock-timeout -x -d 'Wait this long for another aistack to finish (0)'
complete -c aistack -l version -d 'Print the version'
complete -c aistack -l help -s h -d 'Print this help, or that of a command'
complete -c aistack -n __fish_use_subcommand -a install -d 'Install services and wait until they are green'
complete -c aistack -n __fish_use_subcommand -a remove -d 'Remove a service, its data only with --purge'
complete -c aistack -n __fish_use_subcommand -a uninstall -d 'Remove a service, its data only with --purge'
complete -c aistack -n __fish_use_subcommand -a logs -d 'Show what a service wrote'
complete -c aistack -n __fish_use_subcommand -a catalog -d 'List what can be installed'
complete -c aistack -n __fish_use_subcommand -a models -d 'list, download'
complete -c aistack -n __fish_use_subcommand -a backup -d 'Save the data of services'
complete -c aistack -n __fish_use_subcommand -a gpu-run -d 'Run a command that has the GPU for itself'
complete -c aistack -n __fish_use_subcommand -a help -d 'Explain aistack, or one command'
complete -c aistack -n __fish_use_subcommand -a version -d 'Print the version'
complete -c aistack -n '__aistack_needs_second catalog' -a show -d 'Show one service'
complete -c aistack -n '__aistack_needs_second models' -a list -d 'List models'
complete -c aistack -n '__aistack_needs_second models' -a download -d 'Download a model'
complete -c aistack -n '__fish_seen_subcommand_from install' -a '(aistack catalog --names 2>/dev/null)'
complete -c aistack -n '__fish_seen_subcommand_from install' -l profile -s p -x -a '(aistack catalog --profiles 2>/dev/null)' -d 'Install this set of services'
complete -c aistack -n '__fish_seen_subcommand_from install' -l pull -x -a 'missing always never' -d 'When to pull images'
complete -c aistack -n '__fish_seen_subcommand_from install' -l timeout -x -d 'Give up after this long'
complete -c aistack -n '__fish_seen_subcommand_from install' -l no-wait -d 'Do not wait for green'
complete -c aistack -n '__fish_seen_subcommand_from remove uninstall' -a '(aistack catalog --names 2>/dev/null)'
complete -c aistack -n '__fish_seen_subcommand_from remove uninstall' -l purge -d 'Its volumes too'
complete -c aistack -n '__fish_seen_subcommand_from logs' -a '(aistack catalog --names 2>/dev/null)'
complete -c aistack -n '__fish_seen_subcommand_from logs' -l follow -s f -d 'Go on as new lines come'
complete -c aistack -n '__fish_seen_subcommand_from logs' -l timestamps -s t -d 'With times'
complete -c aistack -n '__aistack_is catalog show' -a '(aistack catalog --names 2>/dev/null)'
complete -c aistack -n '__aistack_is models list' -a 'ollama localai'
complete -c aistack -n '__aistack_is models download' -a 'ollama localai'
complete -c aistack -n '__fish_seen_subcommand_from backup' -a '(aistack catalog --names 2>/dev/null)'
complete -c aistack -n '__fish_seen_subcommand_from backup' -l output -x -a '(__fish_complete_directories)' -d 'Where to'
complete -c aistack -n '__fish_seen_subcommand_from gpu-run' -l name -x -d 'What others see'
complete -c aistack -n '__fish_seen_subcommand_from gpu-run' -a '(__fish_complete_subcommand)'
