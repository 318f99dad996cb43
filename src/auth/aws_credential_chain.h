// Which source of AWS credentials the SDKs would use here (docs.aws.amazon.com, "AWS SDKs and Tools
// Reference Guide", standardized credential providers; botocore, credentials.py). The first that is
// configured counts; one that is configured and broken is an error, never passed over:
//
//   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   2. AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME
//   3. the profile: role_arn (with source_profile, credential_source or web_identity_token_file),
//      static keys, credential_process
//   4. a container's
//   5. the instance's
//
// A profile that our own configuration names leaves out 1 and 2, as in botocore.
#pragma once

#include <string_view>

#include "auth/aws_credential_source.h"
#include "auth/aws_settings.h"
#include "auth/aws_sts.h"
#include "base/result.h"
#include "config/environment.h"

namespace session_exporter {

// Looks at everything once and asks nobody. `region` is for STS where the settings name none.
// Errors: kConfig, for what is broken or needs a person (single sign-on, a code of MFA).
Result<AwsSourcePointer> ResolveAwsCredentials(const AwsSettings& settings,
                                               const Environment& environment,
                                               std::string_view region);

// STS in a region, by the settings' URL or the region's own. Errors: those of AwsEndpointUrl.
Result<AwsStsEndpoint> AwsStsEndpointFor(const AwsSettings& settings, std::string_view region);

}  // namespace session_exporter
