using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Lab
{
    /// <summary>One web application of a case: the files below its Web.config, completed and compiled.</summary>
    public sealed class Case
    {
        /// <summary>The folder of the application in the case: `a/`, or empty.</summary>
        public readonly string Root;

        public readonly string Folder;

        /// <summary>The files of the application, by their paths in it.</summary>
        public readonly string[] Files;

        /// <summary>The texts of its classes, by their paths in the application.</summary>
        public readonly Dictionary<string, string> Sources = new Dictionary<string, string>();

        /// <summary>Files of classes that do not compile here, and why.</summary>
        public readonly Dictionary<string, string> LeftOut = new Dictionary<string, string>();

        private Case(string folder, string root, IEnumerable<string> files, IEnumerable<string> libraries)
        {
            Root = root;
            Folder = Path.Combine(folder, root);
            Files = files.Select(file => file.Substring(root.Length)).ToArray();
            foreach (string file in Files.Where(IsSource)) Sources[file] = Completed(File.ReadAllText(Path.Combine(Folder, file)));
            foreach (string file in libraries) Sources["../" + file] = Completed(File.ReadAllText(Path.Combine(folder, file)));
        }

        /// <summary>The applications of a case: each folder with a Web.config that is not inside of another one's.</summary>
        public static Case[] Of(string folder, string[] files)
        {
            string[] configured = files.Where(IsConfiguration).Select(Parent).ToArray();
            string[] roots = configured.Where(root => !configured.Any(other => other != root && root.StartsWith(other, StringComparison.Ordinal))).ToArray();
            if (roots.Length == 0) roots = new[] { "" };
            string[] libraries = files.Where(file => IsSource(file) && !roots.Any(root => file.StartsWith(root, StringComparison.Ordinal))).ToArray();
            return roots.Select((root, index) => new Case(
                folder, root, files.Where(file => file.StartsWith(root, StringComparison.Ordinal)), index == 0 ? libraries : new string[0])).ToArray();
        }

        public static bool IsConfiguration(string file)
        {
            return Path.GetFileName(file).Equals("Web.config", StringComparison.OrdinalIgnoreCase);
        }

        private static bool IsSource(string file)
        {
            return file.EndsWith(".cs", StringComparison.Ordinal);
        }

        private static string Parent(string file)
        {
            return file.Substring(0, file.LastIndexOf('/') + 1);
        }

        /// <summary>The folders of the application, its own first.</summary>
        public IEnumerable<string> Folders()
        {
            return new[] { "" }.Concat(Files.Where(file => IsSource(file) || IsConfiguration(file)).Select(Parent)).Concat(Locations()).Distinct();
        }

        /// <summary>Folders that a Web.config speaks of.</summary>
        private IEnumerable<string> Locations()
        {
            return Files.Where(IsConfiguration).SelectMany(file =>
                Regex.Matches(File.ReadAllText(Path.Combine(Folder, file)), "<location path=\"(\\w[^\".]*)\"").Cast<Match>()
                    .Select(match => Parent(file) + match.Groups[1].Value.TrimEnd('/') + "/"));
        }

        /// <summary>A handler says whether it may be used again, which a page leaves out.</summary>
        private static string Completed(string text)
        {
            if (text.Contains("IsReusable")) return text;
            return Regex.Replace(text, "(class \\w+ : IHttpHandler\\s*\\{)", "$1 public bool IsReusable { get { return false; } }");
        }

        /// <summary>The compiled classes, or null where there are none.</summary>
        public string Library { get; private set; }

        /// <summary>The class that stands for the whole application, or null.</summary>
        public string Global
        {
            get
            {
                Match found = Regex.Match(string.Join("\n", Sources.Values), "class (\\w+) : (?:System\\.Web\\.)?HttpApplication\\b");
                return found.Success ? found.Groups[1].Value : null;
            }
        }

        /// <summary>Publishes the application: applies transforms and compiles.</summary>
        /// <param name="transformer">The program that applies Web.Release.config as publishing does.</param>
        public void Publish(string transformer)
        {
            foreach (string name in new[] { "Release", "Production" }) Transform(transformer, name);
            Library = Compile();
        }

        private void Transform(string transformer, string name)
        {
            string transform = Files.FirstOrDefault(file => file.Equals("Web." + name + ".config", StringComparison.OrdinalIgnoreCase));
            string config = Files.FirstOrDefault(IsConfiguration);
            if (transform == null || config == null) return;
            string target = Path.Combine(Folder, config);
            string source = target + "." + name + ".before";
            File.Copy(target, source, true);
            var start = new ProcessStartInfo("mono", string.Format("\"{0}\" \"s:{1}\" \"t:{2}\" \"d:{3}\" pw", transformer, source, Path.Combine(Folder, transform), target))
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using (Process process = Process.Start(start))
            {
                string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode != 0) throw new InvalidOperationException(transform + ": " + said.Trim());
            }
        }

        private static readonly MethodInfo Compiler = Assembly.LoadFrom("/usr/lib/mono/4.5/mcs.exe")
            .GetType("Mono.CSharp.CompilerCallableEntryPoint").GetMethod("InvokeCompiler");

        /// <summary>Compiles the classes; files that do not compile are left out, with what the compiler says.</summary>
        private string Compile()
        {
            string place = Path.Combine(Folder, "obj");
            string output = Path.Combine(place, "Lab" + Guid.NewGuid().ToString("N") + ".dll");
            Directory.CreateDirectory(place);
            while (Sources.Count > 0)
            {
                var paths = Sources.Keys.ToDictionary(file => Path.Combine(place, file.Replace("../", "").Replace('/', '_')));
                foreach (var path in paths) File.WriteAllText(path.Key, Sources[path.Value]);
                var said = new StringWriter();
                var arguments = new[] { "-nologo", "-target:library", "-warn:0", "-out:" + output, "-r:System.Web.dll", "-r:System.Configuration.dll" };
                lock (Compiler)
                    if ((bool)Compiler.Invoke(null, new object[] { arguments.Concat(paths.Keys).ToArray(), said })) return output;
                Match[] errors = Regex.Matches(said.ToString(), "^(.*?)\\(\\d+,\\d+\\): error (.*)$", RegexOptions.Multiline).Cast<Match>().ToArray();
                if (errors.Length == 0) throw new InvalidOperationException("mcs: " + said);
                foreach (Match error in errors)
                {
                    string file = paths[error.Groups[1].Value];
                    if (!LeftOut.ContainsKey(file)) LeftOut[file] = "mcs: " + error.Groups[2].Value.Trim();
                    Sources.Remove(file);
                }
            }
            return null;
        }
    }
}
