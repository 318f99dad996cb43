# fish completion of session_exporter.

complete -c session_exporter -f
complete -c session_exporter -n __fish_use_subcommand -a healthcheck -d 'ask a running exporter whether it is healthy'
complete -c session_exporter -l config.file -r -F -d 'configuration'
complete -c session_exporter -l config.check -d 'read the configuration, print every error, exit 0 or 2'
complete -c session_exporter -l web.listen-address -x -d 'host:port or :port, repeatable'
complete -c session_exporter -l web.systemd-socket -d 'listen on the sockets that systemd passes'
complete -c session_exporter -l web.config.file -r -F -d 'TLS and basic authentication'
complete -c session_exporter -l web.telemetry-path -x -d 'path of the metrics'
complete -c session_exporter -l web.max-requests -x -d 'scrapes in flight at once; above it 503'
complete -c session_exporter -l timeout-offset -x -d 'kept back from the time that Prometheus gives a scrape'
complete -c session_exporter -l once -d 'print one exposition and exit 0 when every target was up, else 1'
complete -c session_exporter -l log.level -x -a 'debug info warn error' -d 'what is logged'
complete -c session_exporter -l log.format -x -a 'logfmt json' -d 'how it is logged'
complete -c session_exporter -l version -d 'print the version'
complete -c session_exporter -s h -l help -d 'print the flags'
