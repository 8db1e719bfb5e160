package gateway

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// eventTemplate is what all events of an API have in common, quoted once.
type eventTemplate struct {
	stage   string // not quoted
	context []byte // accountId, apiId, ... as members
}

func newEventTemplate(api API, accountID string) eventTemplate {
	t := eventTemplate{stage: api.Stage}
	for i, member := range [][2]string{
		{"accountId", accountID}, {"apiId", api.ID}, {"stage", api.Stage},
		{"domainPrefix", api.ID}, {"deploymentId", shortID(api.ID + "/" + api.Stage)},
	} {
		t.context = appendMember(t.context, i, member[0])
		t.context = appendQuoted(t.context, member[1])
	}
	return t
}

type header struct {
	name   string
	values []string
}

type queryParameter struct{ name, value string }

// append writes the exchange's event, in the order of AWS's documentation.
func (t *eventTemplate) append(x *exchange) {
	r, e := x.request, x.event[:0]
	e = append(e, `{"resource":`...)
	e = appendQuoted(e, x.resource.path)
	e = append(e, `,"path":`...)
	e = appendQuoted(e, x.path)
	e = append(e, `,"httpMethod":`...)
	e = appendQuoted(e, r.Method)
	e = x.appendHeaders(e)
	e = x.appendQuery(e)
	e = x.appendPathParameters(e)
	e = append(e, `,"stageVariables":null,"requestContext":{`...)
	e = append(e, t.context...)
	e = x.appendContext(e, t.stage)
	e = append(e, `},"body":`...)
	// Without binary media types a body is text.
	if body := x.body.Bytes(); len(body) > 0 {
		e = appendQuoted(e, body)
	} else {
		e = append(e, "null"...)
	}
	e = append(e, `,"isBase64Encoded":false`...)
	x.event = append(e, '}')
}

// appendMember begins the i-th member of an object.
func appendMember(e []byte, i int, name string) []byte {
	if i > 0 {
		e = append(e, ',')
	}
	e = appendQuoted(e, name)
	return append(e, ':')
}

// appendHeaders writes headers, where the last value of a name wins, and
// multiValueHeaders.
func (x *exchange) appendHeaders(e []byte) []byte {
	x.collectHeaders()
	e = append(e, `,"headers":{`...)
	for i, h := range x.headers {
		e = appendMember(e, i, h.name)
		e = appendQuoted(e, h.values[len(h.values)-1])
	}
	e = append(e, `},"multiValueHeaders":{`...)
	for i, h := range x.headers {
		e = appendMember(e, i, h.name)
		e = append(e, '[')
		for j, value := range h.values {
			if j > 0 {
				e = append(e, ',')
			}
			e = appendQuoted(e, value)
		}
		e = append(e, ']')
	}
	return append(e, '}')
}

// collectHeaders gathers the request's headers and those that API Gateway
// adds, sorted by name. Host is not among Go's; the two that speak of the
// connection to the gateway do not reach the function.
func (x *exchange) collectHeaders() {
	r := x.request
	forwarded := x.sourceIP()
	for name, values := range r.Header {
		switch name {
		case "Content-Length", "Connection", "X-Amzn-Trace-Id", "X-Forwarded-Port", "X-Forwarded-Proto":
		case "X-Forwarded-For":
			forwarded = strings.Join(values, ", ") + ", " + forwarded
		default:
			x.headers = append(x.headers, header{name, values})
		}
	}
	protocol := "http"
	if r.TLS != nil {
		protocol = "https"
	}
	x.headers = append(x.headers,
		header{"Host", []string{r.Host}},
		header{"X-Amzn-Trace-Id", []string{x.traceID}},
		header{"X-Forwarded-For", []string{forwarded}},
		header{"X-Forwarded-Port", []string{x.port()}},
		header{"X-Forwarded-Proto", []string{protocol}},
	)
	slices.SortFunc(x.headers, func(a, b header) int { return strings.Compare(a.name, b.name) })
}

// appendQuery writes queryStringParameters, where the last value of a name
// wins, and multiValueQueryStringParameters; both are null without any.
func (x *exchange) appendQuery(e []byte) []byte {
	x.collectQuery()
	if len(x.query) == 0 {
		return append(e, `,"queryStringParameters":null,"multiValueQueryStringParameters":null`...)
	}
	e = append(e, `,"queryStringParameters":{`...)
	members := 0
	for i, q := range x.query {
		if i+1 < len(x.query) && x.query[i+1].name == q.name {
			continue
		}
		e = appendMember(e, members, q.name)
		e = appendQuoted(e, q.value)
		members++
	}
	e = append(e, `},"multiValueQueryStringParameters":{`...)
	for i, q := range x.query {
		if i > 0 && x.query[i-1].name == q.name {
			e = append(e, ',')
		} else {
			if i > 0 {
				e = append(e, ']')
			}
			e = appendMember(e, i, q.name)
			e = append(e, '[')
		}
		e = appendQuoted(e, q.value)
	}
	return append(e, "]}"...)
}

// collectQuery decodes the query, sorted by name, values in the order of the
// request. What cannot be decoded stays as it is.
func (x *exchange) collectQuery() {
	if x.request.URL.RawQuery == "" {
		return
	}
	for pair := range strings.SplitSeq(x.request.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		x.query = append(x.query, queryParameter{unescape(name), unescape(value)})
	}
	slices.SortStableFunc(x.query, func(a, b queryParameter) int { return strings.Compare(a.name, b.name) })
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// appendPathParameters writes the values as they were sent: API Gateway does not decode them.
func (x *exchange) appendPathParameters(e []byte) []byte {
	if len(x.parameters) == 0 {
		return append(e, `,"pathParameters":null`...)
	}
	e = append(e, `,"pathParameters":{`...)
	i := 0
	for _, s := range x.resource.segments {
		if s.kind == word {
			continue
		}
		e = appendMember(e, i, s.text)
		e = appendQuoted(e, x.parameters[i])
		i++
	}
	return append(e, '}')
}

// appendContext writes what requestContext has of the request itself.
func (x *exchange) appendContext(e []byte, stage string) []byte {
	r := x.request
	e = append(e, `,"resourceId":`...)
	e = appendQuoted(e, x.resource.id)
	e = append(e, `,"resourcePath":`...)
	e = appendQuoted(e, x.resource.path)
	e = append(e, `,"httpMethod":`...)
	e = appendQuoted(e, r.Method)
	e = append(e, `,"path":`...)
	e = appendQuoted(e, "/"+stage+x.path)
	e = append(e, `,"protocol":`...)
	e = appendQuoted(e, r.Proto)
	e = append(e, `,"domainName":`...)
	e = appendQuoted(e, r.Host)
	e = append(e, `,"requestId":`...)
	e = appendQuoted(e, x.requestID)
	e = append(e, `,"extendedRequestId":`...)
	e = appendQuoted(e, x.extendedID)
	e = append(e, `,"requestTime":"`...)
	e = x.start.UTC().AppendFormat(e, "02/Jan/2006:15:04:05 +0000")
	e = append(e, `","requestTimeEpoch":`...)
	e = strconv.AppendInt(e, x.start.UnixMilli(), 10)
	e = append(e, `,"identity":{"cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,"sourceIp":`...)
	e = appendQuoted(e, x.sourceIP())
	e = append(e, `,"principalOrgId":null,"accessKey":null,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null,"userAgent":`...)
	if agent := r.Header.Get("User-Agent"); agent != "" {
		e = appendQuoted(e, agent)
	} else {
		e = append(e, "null"...)
	}
	if x.apiKeyID != "" {
		e = append(e, `,"apiKey":`...)
		e = appendQuoted(e, x.apiKey)
		e = append(e, `,"apiKeyId":`...)
		e = appendQuoted(e, x.apiKeyID)
	}
	return append(e, `,"user":null}`...)
}
