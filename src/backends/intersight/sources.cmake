set(backend_sources
    intersight_api.cc intersight_authorization.cc intersight_backend.cc intersight_call.cc intersight_config.cc
    intersight_limits.cc intersight_listing.cc intersight_login_type.cc intersight_rows.cc intersight_sessions.cc)
