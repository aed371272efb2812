-- wrk: asks for pages at a fixed rate, as browsers do. Most have the page already and ask whether it changed.
-- wrk -s readers.lua URL -- RATE ETAGS   (ETAGS: a file with "path etag" lines)
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]]
local moment = ffi.new("moment")

local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) * 1000 + tonumber(moment.nanoseconds) / 1e6
end

local requests, count, rate, began, planned = {}, 0, 0, nil, 0

-- nginx answers only to the host's name, which stands in the URL; it is on this machine.
function wrk.resolve(host, service)
  wrk.addrs = wrk.lookup("127.0.0.1", service)
end

function init(arguments)
  rate = tonumber(arguments[1]) / 1000
  for line in io.lines(arguments[2]) do
    local path, etag = line:match("^(%S+) (.+)$")
    local headers = { ["Host"] = "appeal.example", ["Accept-Encoding"] = "gzip, deflate, br" }
    requests[#requests + 1] = wrk.format("GET", path, headers)
    headers["If-None-Match"] = etag
    requests[#requests + 1] = wrk.format("GET", path, headers)
    requests[#requests + 1] = wrk.format("GET", path, headers)
    headers["If-None-Match"] = nil
    headers["Connection"] = "close"
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

-- Each request has its moment, whatever became of those before it: a slow answer does not lower the rate.
function delay()
  began = began or now()
  planned = planned + 1
  return math.max(0, began + planned / rate - now())
end

-- One in fifty is somebody new, who makes a connection and ends it.
function request()
  count = count + 1
  local of_page = (count % (#requests / 4)) * 4
  if count % 50 == 0 then
    return requests[of_page + 4]
  end
  return requests[of_page + 1 + count % 3]
end
