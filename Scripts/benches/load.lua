-- What wrk sends when each request is to differ: {n} in the path and in the body becomes a number used once.
-- With BENCH_COUNT {k} goes round so many things, and {s} is the next of BENCH_STATES each time round.
local path, body, tag = os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY"), os.getenv("BENCH_TAG")
local method, count = os.getenv("BENCH_METHOD"), tonumber(os.getenv("BENCH_COUNT"))
local number = 0
local states = {}
for state in (os.getenv("BENCH_STATES") or ""):gmatch("%S+") do states[#states + 1] = state end

if body then
    request = function()
        local values = { n = tag .. (number + 1) }
        if count then
            values.k = string.format(os.getenv("BENCH_DIGITS"), number % count)
            values.s = states[math.floor(number / count) % #states + 1]
        end
        number = number + 1
        return wrk.format(method, (path:gsub("{(%l)}", values)), nil, (body:gsub("{(%l)}", values)))
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("\nfound %d %d %d %d\n", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
