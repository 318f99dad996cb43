set(backend_sources kasm_api.cc kasm_backend.cc kasm_config.cc)
