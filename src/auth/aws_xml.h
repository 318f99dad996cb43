// The XML of AWS's Query protocol, as STS answers in it: small documents, of which a few texts
// matter. Read by hand, since the few rules that count fit on a page and a library for them would
// bring the parts that are dangerous (DTDs, external entities), which are refused here.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

// Texts of the elements without children by their path from the root: "ErrorResponse/Error/Code".
// Namespaces are left off; of elements of one path the first counts.
using XmlTexts = std::map<std::string, Secret, std::less<>>;

// Errors: kProtocol (not well-formed, cut, a DTD, nested too deep); they repeat nothing of the
// document.
Result<XmlTexts> ReadXml(std::string_view document);

}  // namespace session_exporter
