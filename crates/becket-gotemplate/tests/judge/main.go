// The judge of becket-gotemplate: what Go itself makes of the templates in ../cases.
//
// Each line of a file there is a case: a template, its data, the library, and what is expected, which this program
// writes with -write and checks without. The data's numbers are float64, as in Helm and Argo CD.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

type testCase struct {
	Template   string          `json:"template"`
	Data       json.RawMessage `json:"data,omitempty"`
	Library    string          `json:"library,omitempty"`
	MissingKey string          `json:"missing_key,omitempty"`
	Expected   *string         `json:"expected,omitempty"`
	Fails      bool            `json:"fails,omitempty"`
}

func main() {
	write := flag.Bool("write", false, "write what is expected")
	flag.Parse()
	files, err := filepath.Glob(filepath.Join(flag.Arg(0), "*.jsonl"))
	if err != nil || len(files) == 0 {
		fmt.Fprintln(os.Stderr, "no cases in", flag.Arg(0))
		os.Exit(2)
	}
	count, wrong := 0, 0
	for _, file := range files {
		cases, err := read(file)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(2)
		}
		for i := range cases {
			count++
			out, err := run(cases[i])
			if *write {
				cases[i].Expected, cases[i].Fails = nil, err != nil
				if err == nil {
					cases[i].Expected = &out
				}
				continue
			}
			same := err != nil == cases[i].Fails && (err != nil || (cases[i].Expected != nil && *cases[i].Expected == out))
			if !same {
				wrong++
				fmt.Printf("%s:%d: %s\n  Go says %q, %v\n", filepath.Base(file), i+1, cases[i].Template, out, err)
			}
		}
		if *write {
			if err := save(file, cases); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
		}
	}
	fmt.Printf("%d cases, %d wrong\n", count, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}

func read(file string) ([]testCase, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var cases []testCase
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		var one testCase
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			return nil, err
		}
		cases = append(cases, one)
	}
	return cases, scanner.Err()
}

func save(file string, cases []testCase) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, one := range cases {
		if err := encoder.Encode(one); err != nil {
			return err
		}
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

func run(one testCase) (out string, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	var data any
	if len(one.Data) > 0 {
		if err := json.Unmarshal(one.Data, &data); err != nil {
			return "", err
		}
	}
	missing := one.MissingKey
	if missing == "" {
		missing = "default"
	}
	t := template.New("case").Option("missingkey=" + missing)
	switch one.Library {
	case "", "helm":
		t.Funcs(sprig.TxtFuncMap())
		t.Funcs(helm(t, missing))
	case "argocd":
		t.Funcs(sprig.TxtFuncMap())
		t.Funcs(template.FuncMap{"toYaml": toYaml})
	case "go":
	default:
		return "", fmt.Errorf("no library %q", one.Library)
	}
	if _, err := t.Parse(one.Template); err != nil {
		return "", err
	}
	var written strings.Builder
	err = t.Execute(&written, data)
	// A character that is cut in half is shown as one that is none; texts here and in the cases are UTF-8.
	return strings.ToValidUTF8(written.String(), "\uFFFD"), err
}

func toYaml(value any) (string, error) {
	data, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(data), "\n"), err
}

// The functions that Helm adds, as its documentation describes them.
func helm(t *template.Template, missing string) template.FuncMap {
	include := func(name string, data any) (string, error) {
		var out strings.Builder
		err := t.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	return template.FuncMap{
		"include": include,
		"tpl": func(text string, data any) (string, error) {
			clone, err := t.Clone()
			if err != nil {
				return "", err
			}
			clone.Option("missingkey=" + missing)
			inner, err := clone.New("tpl").Parse(text)
			if err != nil {
				return "", err
			}
			var out strings.Builder
			err = inner.Execute(&out, data)
			return strings.ReplaceAll(out.String(), "<no value>", ""), err
		},
		"required": func(message string, value any) (any, error) {
			if text, ok := value.(string); value == nil || ok && text == "" {
				return nil, errors.New(message)
			}
			return value, nil
		},
		"toYaml": func(value any) string {
			text, err := toYaml(value)
			if err != nil {
				return ""
			}
			return text
		},
		"fromYaml": func(text string) map[string]any {
			value := map[string]any{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
		"fromYamlArray": func(text string) []any {
			value := []any{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value = []any{err.Error()}
			}
			return value
		},
		"fromJson": func(text string) map[string]any {
			value := map[string]any{}
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
		"fromJsonArray": func(text string) []any {
			value := []any{}
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				value = []any{err.Error()}
			}
			return value
		},
		"lookup": func(string, string, string, string) (map[string]any, error) { return map[string]any{}, nil },
	}
}
