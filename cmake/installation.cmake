# What `cmake --install` puts beside the program.
include(GNUInstallDirs)

install(FILES docs/session_exporter.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES completions/session_exporter.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME session_exporter)
install(FILES completions/_session_exporter DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES completions/session_exporter.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES config.example.yaml README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
