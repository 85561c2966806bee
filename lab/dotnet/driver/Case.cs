using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Lab;

/// <summary>One application of a case: the files of one project, completed and compiled.</summary>
public sealed class Case
{
    private static readonly MetadataReference[] References = Start.References();

    /// <summary>What the SDK for the web imports by itself, and what else a page leaves out.</summary>
    private static readonly string Imports = string.Concat(
        new[]
        {
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json",
            "System.Threading", "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration",
            "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
            "Microsoft.AspNetCore.CookiePolicy", "Microsoft.AspNetCore.HttpOverrides",
            "HeaderNames = Microsoft.Net.Http.Headers.HeaderNames",
        }.Select(name => "global using " + name + ";\n"));

    private static readonly Regex Missing = new(@"^The (?:type or namespace )?name '(\w+)' (?:could not be found|does not exist)");

    private readonly Dictionary<string, SyntaxTree> trees;

    private Case(string folder, string root, IEnumerable<string> files)
    {
        Root = root;
        Folder = Path.Combine(folder, root);
        Sources = files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            .ToDictionary(file => file, file => File.ReadAllText(Path.Combine(folder, file)));
        trees = Sources.ToDictionary(file => file.Key, file => Parse(Completed(file.Value), file.Key));
    }

    /// <summary>The folder of the project in the case: `a/`, or empty.</summary>
    public string Root { get; }

    public string Folder { get; }

    /// <summary>The texts of its classes, by their paths in the case.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; }

    /// <summary>Files that do not compile, and why.</summary>
    public Dictionary<string, string> LeftOut { get; } = [];

    /// <summary>Types that the page leaves out.</summary>
    public List<string> Stubs { get; } = [];

    /// <summary>The compiled application.</summary>
    public Assembly Library { get; private set; }

    /// <summary>The applications of a case: each folder with a project file, or with a program of its own, or the case as a whole.</summary>
    public static Case[] Of(string folder, string[] files)
    {
        string[] projects = files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Parent).ToArray();
        string[] programs = files.Where(file => file.EndsWith("/Program.cs", StringComparison.Ordinal)).Select(Parent).ToArray();
        string[] roots = projects.Length > 0 ? projects : programs.Length > 1 ? programs : [""];
        return roots.Select(root => new Case(folder, root, files.Where(file => file.StartsWith(root, StringComparison.Ordinal)))).ToArray();
    }

    private static string Parent(string file) => file[..(file.LastIndexOf('/') + 1)];

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, path: path);

    /// <summary>A page may leave out how the application is built and run.</summary>
    private static string Completed(string text)
    {
        var last = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().LastOrDefault();
        string builder = Regex.Match(text, @"(\w+) = WebApplication\.Create(?:Slim)?Builder\(\w*\);").Groups[1].Value;
        string built = Regex.Match(text, @"(\w+) = [\w.()]+\.Build\(\);").Groups[1].Value;
        if (last == null || (builder + built) == "" || text.Contains(built + ".Run(")) return text;
        return text.Insert(last.Span.End, built != "" ? $"\n{built}.Run();" : $"\n{builder}.Build().Run();");
    }

    /// <summary>Compiles the classes; types that nothing defines become stubs, and files that do not compile are left out.</summary>
    public void Compile()
    {
        while (Emit() is { Length: > 0 } errors)
        {
            string[] missing = errors.Select(error => Missing.Match(error.GetMessage()).Groups[1].Value)
                .Where(name => name != "" && !Stubs.Contains(name)).Distinct().ToArray();
            Stubs.AddRange(missing);
            if (missing.Length > 0) continue;
            foreach (Diagnostic error in errors)
            {
                string file = error.Location.SourceTree?.FilePath ?? "";
                if (!trees.Remove(file) && !LeftOut.ContainsKey(file)) throw new InvalidOperationException(error.GetMessage());
                LeftOut.TryAdd(file, error.GetMessage());
            }
        }
    }

    private Diagnostic[] Emit()
    {
        string stubs = string.Concat(Stubs.Select(name => $"public class {name} {{ }}\n"));
        bool isProgram = trees.Values.Any(tree => tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any());
        var compilation = CSharpCompilation.Create(
            "Lab" + Guid.NewGuid().ToString("N"),
            trees.Values.Append(Parse(Imports + stubs, "")),
            References,
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
        var output = new MemoryStream();
        var result = compilation.Emit(output);
        if (result.Success) Library = Assembly.Load(output.ToArray());
        return result.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error).ToArray();
    }
}
