package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/cmd"
	"github.com/spf13/cobra"

	"noddfa/internal/audit"
	"noddfa/internal/keys"
	"noddfa/internal/records"
)

// version is set by the build.
var version = "0.1.0-dev"

// run parses the command line and gives the code to exit with.
func run(args []string, in io.Reader, out, problems io.Writer) int {
	c := config{now: time.Now, out: out}
	root := &cobra.Command{Use: "noddfa", Short: "Noddfa, a field companion and sync server", SilenceUsage: true, SilenceErrors: true}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(problems)
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&c.dir, "dir", "data", "folder of the database")
	flags.StringVar(&c.keys, "keys", "", "folder of the keys (default: the database's folder with -keys at its end)")
	flags.StringVar(&c.http, "http", "127.0.0.1:8090", "address to serve on")
	flags.StringVar(&c.installedName, "installed-name", "Nodiadau / Notes", "what a phone shows under the icon")
	flags.BoolVar(&c.dev, "dev", false, "let administrators change the schema, and log more")
	root.PersistentPreRun = func(*cobra.Command, []string) {
		if c.keys == "" {
			c.keys = strings.TrimRight(c.dir, "/") + "-keys"
		}
	}
	root.AddCommand(serveCommand(&c), superuserCommand(&c), demoCommand(&c), healthCommand(&c), keysCommand(&c, in), versionCommand())
	if err := root.Execute(); err != nil {
		fmt.Fprintln(problems, "noddfa:", err)
		return 1
	}
	return 0
}

func serveCommand(c *config) *cobra.Command {
	command := &cobra.Command{Use: "serve", Short: "Serve phones, desks and the dashboard", Args: cobra.NoArgs}
	command.Flags().BoolVar(&c.demo, "demo", false, "fill an empty database with made-up data and print how to sign in")
	// For tests of the whole program: a push service on this machine, beside those of the world.
	command.Flags().StringVar(&c.pushHost, "push-host", "", "address and port of a push service on this machine, for tests")
	_ = command.Flags().MarkHidden("push-host") // It fails only for a flag that is not there.
	command.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		p, err := open(*c)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.close()) }()
		if c.demo {
			if err := p.loadDemo(cmd.Context()); err != nil {
				return err
			}
		}
		listener, err := net.Listen("tcp", c.http)
		if err != nil {
			return fmt.Errorf("serve on %s: %w", c.http, err)
		}
		p.greet("http://" + listener.Addr().String())
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
		served := make(chan error, 1)
		go func() { served <- p.serve(listener) }()
		select {
		case err := <-served:
			return err
		case <-stop:
			return nil
		}
	}
	return command
}

func demoCommand(c *config) *cobra.Command {
	return &cobra.Command{Use: "demo", Short: "Fill an empty database with made-up data and print every sign-in", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c.demo = true
			p, err := open(*c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			if err := p.loadDemo(cmd.Context()); err != nil {
				return err
			}
			signIns, err := p.signIns()
			for _, s := range signIns {
				fmt.Fprintf(p.out, "%-18s %-26s %-16s %s\n", s.Role, s.Email, s.Password, s.Agency)
			}
			return err
		}}
}

// superuserCommand is PocketBase's own, on a database that is opened only when it runs.
func superuserCommand(c *config) *cobra.Command {
	return &cobra.Command{Use: "superuser", Short: "Make, change or remove administrators: noddfa superuser create EMAIL PASSWORD", DisableFlagParsing: false,
		RunE: func(_ *cobra.Command, args []string) (err error) {
			p, err := open(*c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			inner := cmd.NewSuperuserCommand(p.app)
			inner.SetArgs(args)
			inner.SetOut(c.out)
			if err := inner.Execute(); err != nil || len(args) == 0 {
				return err
			}
			return records.Audit(p.app, audit.Entry{AtMs: c.now().UnixMilli(), Role: "command_line", Act: "admin:superuser", Detail: args[0]})
		}}
}

func healthCommand(c *config) *cobra.Command {
	return &cobra.Command{Use: "health", Short: "Ask a running server whether it is well", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			client := http.Client{Timeout: 5 * time.Second}
			answer, err := client.Get("http://" + c.http + "/api/health")
			if err != nil {
				return fmt.Errorf("ask %s: %w", c.http, err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("the server on %s answered %d", c.http, answer.StatusCode)
			}
			fmt.Fprintln(c.out, "well")
			return nil
		}}
}

func keysCommand(c *config, in io.Reader) *cobra.Command {
	command := &cobra.Command{Use: "keys", Short: "Copy the server's keys to a safe place, or bring them back"}
	command.AddCommand(
		&cobra.Command{Use: "export FILE", Short: "Write the keys to FILE, closed with a passphrase", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				folder, err := keys.Open(c.keys)
				if err != nil {
					return err
				}
				passphrase, err := askPassphrase(c.out, in)
				if err != nil {
					return err
				}
				return folder.Export(args[0], passphrase)
			}},
		&cobra.Command{Use: "import FILE", Short: "Make the key folder from FILE; never over another", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				passphrase, err := askPassphrase(c.out, in)
				if err != nil {
					return err
				}
				_, err = keys.Import(c.keys, args[0], passphrase)
				return err
			}},
	)
	return command
}

// askPassphrase reads one line. It never comes from the command line, where other accounts could see it.
func askPassphrase(out io.Writer, in io.Reader) (string, error) {
	fmt.Fprint(out, "Passphrase (at least 12 characters): ")
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	fmt.Fprintln(out)
	return strings.TrimRight(line, "\r\n"), nil
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), version) }}
}
