// Which requests a browser makes for another site's page. Pure.
#pragma once

#include "server/http_server.h"

namespace session_exporter {

// True when the request carries what browsers add for a page that is not of this exporter: a
// Sec-Fetch-Site other than same-origin and none, or an Origin that is not the Host. Programs such
// as curl send neither. The scheme of the Origin is not looked at: behind a proxy it is another.
bool IsCrossSite(const IncomingRequest& request);

}  // namespace session_exporter
