# bash completion of session_exporter; needs nothing else.

_session_exporter() {
  local current="${COMP_WORDS[COMP_CWORD]}" flag="${COMP_WORDS[COMP_CWORD - 1]}"
  # bash takes `=` for a word of its own.
  if [[ "$current" == = ]]; then
    current=''
  elif [[ "$flag" == = ]]; then
    flag="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  COMPREPLY=()
  case "$flag" in
    --config.file | --web.config.file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    --log.level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$current") ;;
    --log.format) mapfile -t COMPREPLY < <(compgen -W 'logfmt json' -- "$current") ;;
    --web.listen-address | --web.telemetry-path | --web.max-requests | --timeout-offset) ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W '--config.file= --config.check --web.listen-address=
        --web.systemd-socket --web.config.file= --web.telemetry-path= --web.max-requests=
        --timeout-offset= --once --log.level= --log.format= --version --help -h healthcheck' -- "$current")
      [[ "${COMPREPLY[*]}" == *= ]] && compopt -o nospace 2>/dev/null
      ;;
  esac
}

complete -F _session_exporter session_exporter
