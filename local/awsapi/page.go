package awsapi

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
)

// page returns the part of a list that a request asks for by MaxItems and
// Marker, and the marker of the next part. A marker holds the key of the last
// item of the part before.
func page[T any](query url.Values, all []T, key func(T) string) (items []T, next *string, err error) {
	limit := 50
	if text := query.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10000 {
			return nil, nil, invalidParameter("MaxItems must be from 1 to 10000, not " + text)
		}
		limit = min(limit, n)
	}
	if text := query.Get("Marker"); text != "" {
		last, err := base64.RawURLEncoding.DecodeString(text)
		i := slices.IndexFunc(all, func(item T) bool { return key(item) == string(last) })
		if err != nil || i < 0 {
			return nil, nil, invalidParameter("Invalid Marker")
		}
		all = all[i+1:]
	}
	items = all[:min(len(all), limit)]
	if len(items) < len(all) {
		marker := base64.RawURLEncoding.EncodeToString([]byte(key(items[len(items)-1])))
		next = &marker
	}
	return items, next, nil
}
