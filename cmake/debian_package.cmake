# The Debian package, by `cpack -G DEB` in the build folder or `make package`. Its files are the component `program` of an
# ordinary installation and `debian`, which `cmake --install` leaves out.
set(SESSION_EXPORTER_MAINTAINER "session_exporter maintainers <maintainers@session-exporter.invalid>" CACHE STRING
    "who answers for the package; there is no public address of the project yet")

set(package prometheus-session-exporter)  # as Debian names its exporters
set(package_doc /usr/share/doc/${package})
set(package_share /usr/share/${package})
set(staging ${PROJECT_BINARY_DIR}/deploy/debian)

set(bindir /usr/bin)
configure_file(deploy/systemd/session_exporter.service.in ${staging}/session_exporter.service @ONLY)

# Lower than the 1 of a package by Debian, which an upgrade is to prefer.
set(CPACK_DEBIAN_PACKAGE_RELEASE 0upstream1)
# SOURCE_DATE_EPOCH, which TIMESTAMP reads, makes two builds of a commit alike.
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(deploy/debian/changelog.in ${staging}/changelog.Debian @ONLY)

function(session_exporter_debian_files destination)
  install(FILES ${ARGN} DESTINATION ${destination} COMPONENT debian EXCLUDE_FROM_ALL)
endfunction()

# session_exporter_debian_compressed(SOURCE DESTINATION): without name and time, which would differ between two builds.
function(session_exporter_debian_compressed source destination)
  get_filename_component(name ${destination} NAME)
  get_filename_component(folder ${destination} DIRECTORY)
  install(CODE "
    execute_process(COMMAND gzip -9nc \"${source}\" OUTPUT_FILE \"${staging}/${name}\" COMMAND_ERROR_IS_FATAL ANY)"
    COMPONENT debian EXCLUDE_FROM_ALL)
  session_exporter_debian_files(${folder} ${staging}/${name})
endfunction()

session_exporter_debian_files(/lib/systemd/system
  ${staging}/session_exporter.service deploy/systemd/session_exporter.socket)
session_exporter_debian_files(/etc/session_exporter deploy/debian/session_exporter.yaml)
install(FILES deploy/debian/default DESTINATION /etc/default RENAME session_exporter COMPONENT debian EXCLUDE_FROM_ALL)
session_exporter_debian_files(/usr/share/zsh/vendor-completions completions/_session_exporter)
session_exporter_debian_compressed(${PROJECT_SOURCE_DIR}/docs/session_exporter.1
  /usr/share/man/man1/session_exporter.1.gz)
session_exporter_debian_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${package_doc}/changelog.gz)
session_exporter_debian_compressed(${staging}/changelog.Debian ${package_doc}/changelog.Debian.gz)
session_exporter_debian_files(${package_doc} deploy/debian/copyright deploy/debian/README.Debian)
session_exporter_debian_files(${package_doc}/examples config.example.yaml deploy/prometheus/prometheus.yml)
install(DIRECTORY docs/runbooks DESTINATION ${package_doc} COMPONENT debian EXCLUDE_FROM_ALL)
install(DIRECTORY dashboards/ DESTINATION ${package_share} COMPONENT debian EXCLUDE_FROM_ALL
        FILES_MATCHING PATTERN "*.json" PATTERN "*.yaml" PATTERN "*.libsonnet")
install(FILES deploy/debian/lintian-overrides DESTINATION /usr/share/lintian/overrides RENAME ${package}
        COMPONENT debian EXCLUDE_FROM_ALL)
# As dh_strip does beside what CPACK_STRIP_FILES does.
install(CODE "
  execute_process(COMMAND ${CMAKE_STRIP} --strip-unneeded --remove-section=.comment --remove-section=.note
                          \"\$ENV{DESTDIR}/usr/bin/session_exporter\" COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${package})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${SESSION_EXPORTER_MAINTAINER})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # for what does not go below /usr
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_NAME ${package})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/deploy/debian/${script})
endforeach()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporter for interactive sessions")
set(CPACK_PACKAGE_DESCRIPTION
"On every scrape it asks Kasm Workspaces, Cisco Intersight and AWS SSM
Session Manager for their sessions, and shows counts, states, cores, memory
and keepalive ages as gauges: who holds what, which sessions are forgotten,
and which backend is down.
.
Dashboards for Grafana, rules for Prometheus and a runbook for each alert
come with it.")
include(CPack)
