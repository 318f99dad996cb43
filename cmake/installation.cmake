# What `cmake --install` puts beside the program: the component `program` is what every package has too, `plain` the rest
# of an installation from source.
include(GNUInstallDirs)

install(FILES completions/session_exporter.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME session_exporter COMPONENT program)
install(FILES completions/_session_exporter DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
        COMPONENT plain)
install(FILES completions/session_exporter.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
        COMPONENT program)
install(FILES docs/session_exporter.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT plain)
install(FILES config.example.yaml README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT plain)

# The prefix is known only when it is installed (cmake --install --prefix).
install(CODE "
  set(bindir \"\${CMAKE_INSTALL_PREFIX}/bin\")
  configure_file(\"${PROJECT_SOURCE_DIR}/deploy/systemd/session_exporter.service.in\"
                 \"${PROJECT_BINARY_DIR}/deploy/session_exporter.service\" @ONLY)" COMPONENT plain)
# Also below /usr/local, where systemd looks as well.
install(FILES ${PROJECT_BINARY_DIR}/deploy/session_exporter.service deploy/systemd/session_exporter.socket
        DESTINATION lib/systemd/system COMPONENT plain)


include(debian_package)
