set(backend_sources
    aws_ssm_api.cc aws_ssm_backend.cc aws_ssm_call.cc aws_ssm_config.cc aws_ssm_history.cc aws_ssm_listing.cc
    aws_ssm_roles.cc aws_ssm_rows.cc)
