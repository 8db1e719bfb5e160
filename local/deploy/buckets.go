package deploy

import (
	"errors"
	"fmt"
)

// buckets are those that functions' code and templates are in. There is no S3 on this
// machine: a plan has what is made of the objects, and neither them nor the buckets.
type buckets struct {
	names   map[string]bool
	objects map[objectKey]object
}

type objectKey struct{ bucket, key string }

// object is a file or a text.
type object struct{ path, text string }

type bucketInputs struct {
	Bucket             string
	ForceDestroy, Tags ignored
}

func (m *monitor) bucket(in bucketInputs) (string, outputs, error) {
	if m.buckets.names == nil {
		m.buckets = buckets{names: map[string]bool{}, objects: map[objectKey]object{}}
	}
	m.buckets.names[in.Bucket] = true
	return in.Bucket, outputs{"arn": "arn:aws:s3:::" + in.Bucket, "bucketRegionalDomainName": m.bucketDomain(in.Bucket)}, nil
}

func (m *monitor) bucketDomain(bucket string) string {
	return bucket + ".s3." + m.region + ".amazonaws.com"
}

type bucketAccessInputs struct {
	Bucket                                                                      string
	BlockPublicACLs, IgnorePublicACLs, BlockPublicPolicy, RestrictPublicBuckets ignored
}

func (m *monitor) bucketAccess(in bucketAccessInputs) (string, outputs, error) {
	return in.Bucket, nil, m.bucketExists(in.Bucket)
}

type bucketEncryptionInputs struct {
	Bucket string
	Rules  ignored
}

func (m *monitor) bucketEncryption(in bucketEncryptionInputs) (string, outputs, error) {
	return in.Bucket, nil, m.bucketExists(in.Bucket)
}

func (m *monitor) bucketExists(bucket string) error {
	if !m.buckets.names[bucket] {
		return fmt.Errorf("bucket %s does not exist", bucket)
	}
	return nil
}

type bucketObjectInputs struct {
	Bucket, Key       string
	Source            string // path
	Content           string
	ContentType, Tags ignored
}

func (m *monitor) bucketObject(in bucketObjectInputs) (string, outputs, error) {
	if err := m.bucketExists(in.Bucket); err != nil {
		return "", nil, err
	}
	if (in.Source == "") == (in.Content == "") {
		return "", nil, errors.New("an object has either a source or a content")
	}
	m.buckets.objects[objectKey{in.Bucket, in.Key}] = object{path: in.Source, text: in.Content}
	return in.Key, nil, nil
}
