-- Requests for wrk, no two alike: half pixels, a quarter beacons, a quarter signed links (one token a line in $LINKS).
-- $KIND: link, beacon or pixel alone.
-- $PAUSE: mean pause of a connection between two requests, ms, exponentially distributed; 0: as fast as it goes.
local agents = {
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
}
local languages = { "en-GB,en;q=0.7", "de-DE,de;q=0.9,en;q=0.6", "fr-FR,fr;q=0.8", "sv-SE,sv;q=0.9" }
local heads, links, n, run = {}, {}, 0, ""

for _, agent in ipairs(agents) do
  for _, language in ipairs(languages) do
    heads[#heads + 1] = " HTTP/1.1\r\nHost: news.example\r\nUser-Agent: " .. agent .. "\r\nAccept: */*\r\nAccept-Language: "
      .. language .. "\r\nReferer: https://news.example/insights/rates/\r\n"
  end
end

function init(args)
  for line in io.lines(os.getenv("LINKS")) do links[#links + 1] = line end
  math.randomseed(tonumber(args[1]))
  run = string.format("%08x-%04x-4%03x-8%03x-", math.random(0, 2 ^ 31 - 1), math.random(0, 65535), math.random(0, 4095), math.random(0, 4095))
end

local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then
  function delay() return math.floor(0.5 - math.log(1 - math.random()) * pause) end
end

local kinds = ({ link = { 0 }, beacon = { 1 }, pixel = { 2 } })[os.getenv("KIND") or ""] or { 0, 1, 2, 3 }

local function uuid(number) return run .. string.format("%012x", number) end

function request()
  n = n + 1
  local head, kind = heads[n % #heads + 1], kinds[n % #kinds + 1]
  if kind == 0 then
    return "GET /t/c/" .. links[math.floor(n / 4) % #links + 1] .. head .. "\r\n"
  elseif kind == 1 then
    local body = '{"uuid":"' .. uuid(n) .. '","kind":"asset_read","url":"https://news.example/insights/rates/?p=' .. n
      .. '","title":"What rates mean for carriers","visitor":"' .. uuid(n % 5000)
      .. '","properties":{"seconds":34,"depth":0.75}}'
    return "POST /t/e" .. head .. "Origin: https://news.example\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: "
      .. #body .. "\r\n\r\n" .. body
  end
  return "GET /t/p.gif?k=page_viewed&u=https%3A%2F%2Fnews.example%2Finsights%2F" .. n .. "%2F&v=" .. uuid(n % 5000)
    .. "&e=" .. uuid(n) .. head .. "\r\n"
end
