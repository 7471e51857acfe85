# bash completion for vmexporter; generated from the command line itself.
_vmexporter() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path="" word
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path/$word" in
            "/map") path="map" ;;
            "/config") path="config" ;;
            "/targets") path="targets" ;;
            "/serve") path="serve" ;;
            "/validate") path="validate" ;;
            "/tenants") path="tenants" ;;
            "/discover") path="discover" ;;
            "/sample") path="sample" ;;
            "/policy") path="policy" ;;
            "/export") path="export" ;;
            "/import") path="import" ;;
            "/resume") path="resume" ;;
            "/inspect") path="inspect" ;;
            "/audit") path="audit" ;;
            "/reveal") path="reveal" ;;
            "/convert") path="convert" ;;
            "/open") path="open" ;;
            "/report") path="report" ;;
            "map/show") path="map show" ;;
            "map/merge") path="map merge" ;;
            "map/encrypt") path="map encrypt" ;;
            "map/decrypt") path="map decrypt" ;;
            "config/schema") path="config schema" ;;
            "targets/list") path="targets list" ;;
            "targets/forget") path="targets forget" ;;
            "targets/off") path="targets off" ;;
            "targets/on") path="targets on" ;;
        esac
    done
    case "$previous" in
    --bundle|--ca-file|--client-cert|--client-key|--config|--grafana|--headers-file|--keep|--map|--output|--passphrase-file|--password-file|--policy|--token-file|--words-file|-o) compopt -o default; return ;;
    --log-format) COMPREPLY=($(compgen -W "text json" -- "$current")); return ;;
    esac
    case "$path" in
    "") COMPREPLY=($(compgen -W "serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets" -- "$current")) ;;
    "map") COMPREPLY=($(compgen -W "show merge encrypt decrypt" -- "$current")) ;;
    "config") COMPREPLY=($(compgen -W "schema" -- "$current")) ;;
    "targets") COMPREPLY=($(compgen -W "list forget off on" -- "$current")) ;;
    "serve") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--host --port --output --max-runs --no-browser --help" -- "$current")) || compopt -o default ;;
    "validate") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --config --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "tenants") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --config --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "discover") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --config --last --start --end --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "sample") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--all-labels --user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --config --last --start --end --component --job --instance --selector --query --step --level --obfuscate --no-obfuscate --policy --keep-label --map-label --drop-label --words-file --map --passphrase-file --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "policy") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--level --obfuscate --no-obfuscate --policy --keep-label --map-label --drop-label --words-file --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "export") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --config --last --start --end --component --job --instance --selector --query --step --level --obfuscate --no-obfuscate --policy --keep-label --map-label --drop-label --words-file --map --passphrase-file --encrypt-map --one-way --json --quiet --log-format --output --window --format --require-complete --help" -- "$current")) || compopt -o default ;;
    "import") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --insert-url --shift-to-now --align-start --shift --extra-label --drop-label --job --start --end --json --quiet --log-format --check-only --force --no-verify --parallel --help" -- "$current")) || compopt -o default ;;
    "resume") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--user --password-file --token-file --header --headers-file --tenant --ca-file --client-cert --client-key --insecure --gzip --stall-timeout --passphrase-file --url --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "inspect") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "audit") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--map --passphrase-file --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "reveal") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--map --bundle --passphrase-file --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "convert") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--to --output --victoria-metrics --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "open") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--victoria-metrics --force --keep --port --grafana --no-browser --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "report") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--output --victoria-metrics --force --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "map show") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--passphrase-file --json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "map merge") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--output --passphrase-file --help" -- "$current")) || compopt -o default ;;
    "map encrypt") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--output --passphrase-file --help" -- "$current")) || compopt -o default ;;
    "map decrypt") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--output --passphrase-file --help" -- "$current")) || compopt -o default ;;
    "config schema") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--help" -- "$current")) || compopt -o default ;;
    "targets list") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--json --quiet --log-format --help" -- "$current")) || compopt -o default ;;
    "targets forget") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--help" -- "$current")) || compopt -o default ;;
    "targets off") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--help" -- "$current")) || compopt -o default ;;
    "targets on") [[ $current == -* ]] && COMPREPLY=($(compgen -W "--help" -- "$current")) || compopt -o default ;;
    esac
}
complete -F _vmexporter vmexporter
